import { once } from "node:events";
import * as v from "valibot";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";

const Secrets = v.record(v.string(), v.string());

const [message] = await once(process, "message");
const secrets = new Map(Object.entries(v.parse(Secrets, message)));
const aws = await startAws({ port: 0, caller: LOCAL_CALLER, secrets, functions: new Map() });
const arns = Object.fromEntries([...secrets.keys()].map((name) => [name, aws.secretArn(name)]));

process.on("disconnect", () => process.exit());
process.send?.({ url: aws.url, arns });
