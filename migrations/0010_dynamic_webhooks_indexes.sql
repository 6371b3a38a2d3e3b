-- The schedules register webhooks that are due.
create index if not exists installations_by_due_webhooks
  on installations (kind, webhooks_due_at)
  where webhooks_due_at is not null and is_active;

-- The sweep finds webhooks of another configuration.
create index if not exists installations_by_webhook_configuration
  on installations (kind, webhook_configuration)
  where webhook_configuration > '';

-- A webhook names its organization by the host.
create index if not exists installations_by_webhook_host
  on installations (webhook_host)
  where webhook_host is not null;
