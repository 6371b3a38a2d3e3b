import * as v from "valibot";
import { InstallationFields } from "../installation-fields.ts";

export const CreateInstallationBody = v.strictObject(InstallationFields);
