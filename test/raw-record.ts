/** A model call as CloudTrail writes it, under an event id of its own. */
export const rawRecord = (n: number) => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'IAMUser',
    arn: 'arn:aws:iam::123456789012:user/x',
    accountId: '123456789012',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  },
  eventTime: '2026-11-01T00:00:00Z',
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'InvokeModel',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'Boto3/1.35',
  requestParameters: { modelId: 'amazon.titan-text-lite-v1' },
  eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  recipientAccountId: '123456789012',
});
