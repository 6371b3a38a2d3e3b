import { bypassProxyOnLoopback } from "../../emulators/proxy-bypass.ts";
import { dropAwsVariables } from "../../local/aws/variables.ts";

// Tests use the AWS endpoint of local mode only, whatever the shell that runs them has set.
dropAwsVariables();
bypassProxyOnLoopback();
