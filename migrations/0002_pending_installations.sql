-- Grants that cover several organizations, until the installer has picked one: at most ten minutes.
create table pending_installations (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  cookie_hash text not null,
  organization_ids text[] not null,
  -- The grants with their tokens, sealed.
  grants text not null check (grants like 'v1.%'),
  redirect_uri text,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  expires_at timestamptz not null
);

create index pending_installations_by_expiry on pending_installations (expires_at);
