-- Deliveries of the last seven days: each is handed over once, and what it says about grants is believed only
-- from here.
create table if not exists deliveries (
  -- The platform, a colon and the platform's id of the delivery.
  id text primary key check (length(id) between 3 and 160),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  event text not null check (length(event) between 1 and 64),
  -- What the signed request said about grants, if it can change one.
  lifecycle jsonb check (jsonb_typeof(lifecycle) = 'object'),
  installation_id text check (length(installation_id) between 1 and 64),
  claimed_by text not null check (length(claimed_by) between 1 and 64),
  claimed_until timestamptz not null,
  done_at timestamptz,
  received_at timestamptz not null
);

create index if not exists deliveries_by_receipt on deliveries (received_at);

-- Deliveries that the bus did not take, until `tick` has sent them.
create table if not exists outbox (
  id text primary key check (length(id) between 3 and 160),
  -- The event, encrypted under the state key ring.
  event text not null check (event like 'v1.%'),
  stored_at timestamptz not null,
  next_try_at timestamptz not null
);

create index if not exists outbox_by_next_try on outbox (next_try_at);

create index if not exists outbox_by_age on outbox (stored_at);
