/** A weekly audit on GitHub, with no more permissions than it takes. */
export const githubWorkflow = `# Audits the keys to AI models every Monday, and when asked. Written by \`keyward init github\`; it is yours to change.
# What is read, and what may pass, stands in keyward.yaml: commit that too.
name: keyward

on:
  schedule:
    - cron: '23 5 * * 1'
  workflow_dispatch:

permissions: {}

concurrency:
  group: keyward

jobs:
  audit:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: read
      # For code scanning: to upload, and in a private repository to read the run that uploads.
      security-events: write
      actions: read
      # To sign in to AWS or Azure below, without a stored key.
      # id-token: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false

      - uses: actions/setup-node@v6
        with:
          node-version: 24

      # Where there is a lock file, keyward in the devDependencies is pinned by it.
      - if: hashFiles('package-lock.json') != ''
        run: npm ci --ignore-scripts

      # For aws: and s3://, with the role that \`keyward init aws\` writes the policy of.
      # - uses: aws-actions/configure-aws-credentials@v5
      #   with:
      #     role-to-assume: arn:aws:iam::123456789012:role/keyward
      #     aws-region: eu-west-1

      # For azure: and entra:, with the role that \`keyward init azure\` writes.
      # - uses: azure/login@v2
      #   with:
      #     client-id: \${{ vars.AZURE_CLIENT_ID }}
      #     tenant-id: \${{ vars.AZURE_TENANT_ID }}
      #     subscription-id: \${{ vars.AZURE_SUBSCRIPTION_ID }}

      - name: Audit
        run: npx keyward audit --out sarif=keyward.sarif --out markdown=keyward.md

      - name: Step summary
        if: \${{ !cancelled() && hashFiles('keyward.md') != '' }}
        run: cat keyward.md >> "$GITHUB_STEP_SUMMARY"

      # An upload closes the alerts that it lacks: only an audit that read everything may do that.
      - name: Completeness
        id: sarif
        if: \${{ !cancelled() && hashFiles('keyward.sarif') != '' }}
        run: |
          read='JSON.parse(fs.readFileSync("keyward.sarif", "utf8")).runs[0].invocations[0].executionSuccessful'
          echo "complete=$(node -p "$read")" >> "$GITHUB_OUTPUT"

      # A private repository needs GitHub Code Security for this; without it, take these two steps out.
      - name: Code scanning
        if: \${{ !cancelled() && steps.sarif.outputs.complete == 'true' }}
        uses: github/codeql-action/upload-sarif@v4
        with:
          sarif_file: keyward.sarif
          category: keyward
`;
