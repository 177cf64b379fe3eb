import type { Campaign } from '../campaign.ts';
import { adverts } from './adverts.ts';
import { configurations } from './configurations.ts';
import { packets } from './packets.ts';
import { syncMessages } from './sync-messages.ts';

export const campaigns = { packets, adverts, 'sync-messages': syncMessages, configurations } satisfies Record<
  string,
  Campaign
>;
export type CampaignName = keyof typeof campaigns;
