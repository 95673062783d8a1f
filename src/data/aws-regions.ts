/** What one partition of AWS is known to have. */
export interface Partition {
  /** Where IAM and the events of global services are. */
  readonly globalRegion: string;
  /** The Regions that every account has without switching them on. */
  readonly onByDefault: readonly string[];
}

/** The partitions of AWS and the Regions that are on in every account, as the Regions and Zones pages list them. */
export const AWS_REGIONS: { readonly asOf: string; readonly partitions: Readonly<Record<string, Partition>> } = {
  asOf: '2026-01',
  partitions: {
    aws: {
      globalRegion: 'us-east-1',
      onByDefault: [
        'ap-northeast-1',
        'ap-northeast-2',
        'ap-northeast-3',
        'ap-south-1',
        'ap-southeast-1',
        'ap-southeast-2',
        'ca-central-1',
        'eu-central-1',
        'eu-north-1',
        'eu-west-1',
        'eu-west-2',
        'eu-west-3',
        'sa-east-1',
        'us-east-1',
        'us-east-2',
        'us-west-1',
        'us-west-2',
      ],
    },
    'aws-cn': { globalRegion: 'cn-north-1', onByDefault: ['cn-north-1', 'cn-northwest-1'] },
    'aws-us-gov': { globalRegion: 'us-gov-west-1', onByDefault: ['us-gov-east-1', 'us-gov-west-1'] },
    'aws-eusc': { globalRegion: 'eusc-de-east-1', onByDefault: ['eusc-de-east-1'] },
    'aws-iso': { globalRegion: 'us-iso-east-1', onByDefault: ['us-iso-east-1', 'us-iso-west-1'] },
    'aws-iso-b': { globalRegion: 'us-isob-east-1', onByDefault: ['us-isob-east-1', 'us-isob-west-1'] },
    'aws-iso-e': { globalRegion: 'eu-isoe-west-1', onByDefault: ['eu-isoe-west-1'] },
    'aws-iso-f': { globalRegion: 'us-isof-south-1', onByDefault: ['us-isof-east-1', 'us-isof-south-1'] },
  },
};
