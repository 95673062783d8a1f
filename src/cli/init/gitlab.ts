/** A job for GitLab that audits on a schedule and when asked. */
export const gitlabJob = `# Audits the keys to AI models. Written by \`keyward init gitlab\`; it is yours to change.
# 1. In .gitlab-ci.yml:  include: { local: keyward.gitlab-ci.yml }
# 2. Under Build > Pipeline schedules: one that runs weekly, as in 23 5 * * 1.
# What is read, and what may pass, stands in keyward.yaml: commit that too.
keyward:
  image: node:24-slim
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_PIPELINE_SOURCE == "web"
  # To sign in without a stored key: AWS and Azure trust this token when their role says so.
  # id_tokens:
  #   ID_TOKEN:
  #     aud: https://gitlab.example.com
  script:
    # Where there is a lock file, keyward in the devDependencies is pinned by it.
    - if [ -f package-lock.json ]; then npm ci --ignore-scripts; fi
    - npx keyward audit --out gitlab=gl-code-quality-report.json --out junit=keyward-junit.xml --out html=keyward.html
  # An audit that could not read everything ends with 3: to let it pass with a warning,
  # allow_failure:
  #   exit_codes: 3
  artifacts:
    when: always
    access: developer
    expire_in: 90 days
    paths:
      - keyward.html
    reports:
      codequality: gl-code-quality-report.json
      junit: keyward-junit.xml
`;
