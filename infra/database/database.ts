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

/** The database of a stage. */
export interface Database {
  loginOf(role: DatabaseRole): DatabaseLogin;
  /** How functions log in to the roles that the migrator creates; `undefined` if it creates none. */
  readonly rolesLogin: "rds" | "dsql" | undefined;
  /** Set only when the database is in a VPC of this stage. */
  readonly vpc: sst.aws.Vpc | undefined;
  readonly cluster: aws.rds.Cluster | undefined;
  readonly dsql: sst.aws.Dsql | undefined;
  /** Whether it pauses while nobody uses it, and costs nothing but storage then. */
  readonly pauses: boolean;
  /** The resources that must exist before a function can connect. */
  readonly dependsOn: readonly $util.Resource[];
}
