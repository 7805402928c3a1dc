import type { DashboardDefinition, DashboardName } from "./answer.ts";
import { CONTENT_PERFORMANCE } from "./definitions/content-performance.ts";
import { DEVICES } from "./definitions/devices.ts";
import { GEOGRAPHIC } from "./definitions/geographic.ts";
import { HOURLY_TRENDS } from "./definitions/hourly-trends.ts";
import { PIPELINE } from "./definitions/pipeline.ts";
import { USER_ENGAGEMENT } from "./definitions/user-engagement.ts";

/** Every dashboard with its charts, without rows. */
export const DASHBOARDS: Readonly<Record<DashboardName, DashboardDefinition>> =
  {
    pipeline: PIPELINE,
    "user-engagement": USER_ENGAGEMENT,
    "content-performance": CONTENT_PERFORMANCE,
    geographic: GEOGRAPHIC,
    devices: DEVICES,
    "hourly-trends": HOURLY_TRENDS,
  };
