import type { DatabaseRole } from "../function-definition.ts";

/** The environment and the permissions to connect as one role. */
export interface DatabaseLogin {
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  /** The secrets with the credentials; none with IAM. */
  readonly secretArns: readonly $util.Input<string>[];
  readonly permissions: readonly {
    readonly actions: string[];
    readonly resources: $util.Input<string>[];
  }[];
}

/** A network in which functions reach the database: SST's `Vpc`, or the ids of an existing one. */
export type Vpc =
  | sst.aws.Vpc
  | {
      /** Their route to the internet is NAT: functions call the platforms and Secrets Manager. */
      readonly privateSubnets: $util.Input<$util.Input<string>[]>;
      readonly securityGroups: $util.Input<$util.Input<string>[]>;
    };

/** The database of a stage. */
export interface Database {
  loginOf(role: DatabaseRole): DatabaseLogin;
  /** How functions log in to the roles that the migrator creates; `undefined` if it creates none. */
  readonly rolesLogin: "rds" | "dsql" | undefined;
  /** Where the functions that connect to it run. `undefined`: in no VPC. */
  readonly vpc: Vpc | undefined;
  readonly cluster: aws.rds.Cluster | undefined;
  readonly dsql: sst.aws.Dsql | undefined;
  /** Whether it pauses while nobody uses it, and costs nothing but storage then. */
  readonly pauses: boolean;
  /** The resources that must exist before a function can connect. */
  readonly dependsOn: readonly $util.Resource[];
}
