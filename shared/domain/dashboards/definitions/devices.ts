import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, category, series, STREAMS, value } from "../columns.ts";

const DEVICE_TYPE = category("device_type", "Device");
const OS = category("os", "Operating system");
const LISTEN_TIME = value("listen_time", "Average listen time", "seconds");
const COMPLETION_RATE = value("completion_rate", "Completion rate", "share");

/** What is listened on. */
export const DEVICES: DashboardDefinition = {
  title: "Devices",
  charts: [
    {
      id: "streams-by-type",
      title: "Streams by device",
      kind: "bar",
      columns: [DEVICE_TYPE, STREAMS],
    },
    {
      id: "listen-time-by-type",
      title: "Average listen time by device",
      kind: "bar",
      note: "Seconds listened, divided by streams.",
      columns: [DEVICE_TYPE, LISTEN_TIME],
    },
    {
      id: "completion-by-os",
      title: "Completion rate by operating system",
      kind: "bar",
      columns: [OS, COMPLETION_RATE],
    },
    {
      id: "completion-by-type",
      title: "Completion rate by device",
      kind: "bar",
      columns: [DEVICE_TYPE, COMPLETION_RATE],
    },
    {
      id: "usage",
      title: "Device usage",
      kind: "stacked-bar",
      columns: [BUCKET, series("device_type", "Device"), STREAMS],
    },
    {
      id: "listen-time-by-type-and-os",
      title: "Average listen time by device and operating system",
      kind: "heat-map",
      columns: [DEVICE_TYPE, OS, LISTEN_TIME],
    },
  ],
};
