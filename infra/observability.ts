import { createAlarms } from "./alarms.ts";
import { createDashboard } from "./dashboard.ts";
import type { Database } from "./database/database.ts";
import { createSavedQueries } from "./saved-queries.ts";
import type { Settings } from "./settings.ts";
import { logicalName, nameOf } from "./stage.ts";

/** Creates the dashboard, the saved queries, the alarms and their topic, and subscribes `alarmEmail` to the topic. */
export function createObservability(
  { alarmEmail }: Settings,
  api: sst.aws.ApiGatewayV2,
  database: Database,
): void {
  const topic = new aws.sns.Topic(logicalName("Alarms"), { name: nameOf("alarms") });
  if (alarmEmail) {
    new aws.sns.TopicSubscription(logicalName("AlarmEmail"), {
      topic: topic.arn,
      protocol: "email",
      endpoint: alarmEmail,
    });
  }
  createAlarms(topic, api, database);
  createDashboard(api, database);
  createSavedQueries();
}
