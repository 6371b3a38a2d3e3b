import * as v from "valibot";
import { KeyFields } from "../installation-key.ts";

export const WebhookSecretRequest = v.strictObject(KeyFields);
