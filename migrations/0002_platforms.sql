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
  -- Who took it out, so that a retry after a lost reply gets it too.
  taken_by text,
  expires_at timestamptz not null
);

create index pending_installations_by_expiry on pending_installations (expires_at);

-- Webhooks name an installation by the platform's id of it.
create index installations_by_provider_installation
  on installations (provider_installation_id)
  where provider_installation_id is not null;

-- The sweep renews refresh tokens that would die of not being used.
create index installations_by_token_age
  on installations (token_stored_at)
  where has_refresh_token and is_active;
