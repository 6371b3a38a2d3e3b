-- The webhooks that an installation has registered at a platform where each organization has its own. The host
-- is the one that webhooks name the organization by. Ids are the platform's; other organizations can have the same.
alter table installations add column if not exists webhook_host text;

alter table installations add column if not exists webhook_ids jsonb;

-- Those that another person has registered, before an install by the present one. They expire by themselves.
alter table installations add column if not exists retired_webhook_ids jsonb;

-- The hash of the configuration that they were registered for; empty if they have to be registered.
alter table installations add column if not exists webhook_configuration text;

-- When they have to be registered or extended.
alter table installations add column if not exists webhooks_due_at timestamptz;

-- Changes when somebody starts to register them, and with an install.
alter table installations add column if not exists webhooks_version bigint;
