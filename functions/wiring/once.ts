/**
 * Creates one instance per execution environment, when it is first needed.
 *
 * @__NO_SIDE_EFFECTS__ lets the bundler drop those that a function does not use.
 */
export function once<Instance>(create: () => Instance): () => Instance {
  let created: { instance: Instance } | undefined;
  return () => {
    created ??= { instance: create() };
    return created.instance;
  };
}
