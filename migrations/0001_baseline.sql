-- The schema of Grantkeep, for PostgreSQL 15 to 18 and for Aurora DSQL.
--
-- Each statement runs in a transaction of its own and may run twice, so that a migration that was
-- interrupted is resumed. CONTRIBUTING.md lists what both engines take; a test checks it.

-- One row for each organization's grant to the bot.
create table if not exists installations (
  id text primary key check (id ~ '^inst-[0-9a-f]{32}$'),
  app text not null default 'default' check (app ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  organization_id text not null check (length(organization_id) between 1 and 128),
  organization_name text not null check (length(organization_name) between 1 and 255),
  kind text not null check (kind in ('oauth_app', 'github_app', 'slack_bot', 'jira_3lo')),
  -- Part of an index key, which may have 1 KiB.
  provider_installation_id text check (length(provider_installation_id) between 1 and 128),
  -- The registration at the platform that the grant was made with.
  client_id text not null check (length(client_id) between 1 and 255),

  -- Sealed text only: the checks refuse anything else, so that a mistake in code cannot store a token
  -- that is not encrypted. `registration` binds app, platform, organization_id, kind,
  -- provider_installation_id and client_id: when one of them was changed, it does not open.
  registration text not null check (registration like 'v1.%'),
  access_token text check (access_token like 'v1.%'),
  refresh_token text check (refresh_token like 'v1.%'),
  previous_refresh_token text check (previous_refresh_token like 'v1.%'),
  webhook_secret text not null check (webhook_secret like 'v1.%'),
  scopes jsonb not null default '[]' check (jsonb_typeof(scopes) = 'array'),
  token_expires_at timestamptz,
  token_stored_at timestamptz,
  -- When the platform last confirmed the stored access token.
  token_alive_at timestamptz,
  refresh_token_expires_at timestamptz,

  -- Shows roles that may not read a sealed column whether it holds a token.
  has_refresh_token boolean generated always as (refresh_token is not null) stored,

  -- Changes with the tokens; the lease of a refresh holds as long as it is the same.
  token_version bigint not null default 1,
  refresh_lease_owner text,
  refresh_lease_until timestamptz,
  -- The refreshes whose outcome is unknown: when the first of them was sent, and how many there are.
  refresh_sent_at timestamptz,
  refresh_attempts int not null default 0 check (refresh_attempts >= 0),
  -- Consecutive refreshes that failed: the cool-down grows with them.
  refresh_failures int not null default 0 check (refresh_failures >= 0),
  refresh_rotated_at timestamptz,
  last_refreshed_at timestamptz,
  last_refresh_error text,

  -- The refresh token is lost, and the grant ends when the access token expires.
  grant_ends_at timestamptz,
  -- Changes when the grant is replaced: by an install, an import or a new refresh token.
  grant_version bigint not null default 1,
  is_active boolean not null default true,
  inactive_reason text check (
    inactive_reason in (
      'disabled', 'uninstalled', 'suspended', 'reauthorization_required', 'unclaimed'
    )
  ),
  -- Changes when the platform's view of the installation is stored.
  status_version bigint not null default 1,
  -- When the tokens of an ended grant are deleted.
  wipe_tokens_at timestamptz,

  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  installed_at timestamptz not null default now(),
  installed_by text not null,
  installed_by_id text,
  updated_at timestamptz not null default now(),

  -- In this order the index also serves a list by organization_id alone.
  constraint installations_organization unique (organization_id, platform, app),
  constraint installations_active check (is_active = (inactive_reason is null)),
  constraint installations_open_refresh check (
    (refresh_sent_at is null) = (refresh_attempts = 0)
  )
);

create index if not exists installations_by_platform on installations (platform, id);

create index if not exists installations_by_activity on installations (is_active, id);

-- A webhook names an installation by its id at the platform.
create index if not exists installations_by_provider_installation
  on installations (provider_installation_id)
  where provider_installation_id is not null;

-- The sweep refreshes tokens before the refresh token expires for lack of use, or at its own end.
create index if not exists installations_by_token_age
  on installations (token_stored_at)
  where has_refresh_token and is_active;

create index if not exists installations_by_refresh_token_expiry
  on installations (refresh_token_expires_at)
  where has_refresh_token and is_active;

create index if not exists installations_by_open_refresh
  on installations (refresh_sent_at)
  where refresh_sent_at is not null;

create index if not exists installations_by_grant_end
  on installations (grant_ends_at)
  where grant_ends_at is not null;

create index if not exists installations_by_token_wipe
  on installations (wipe_tokens_at)
  where wipe_tokens_at is not null;

-- Events that the bus has not taken yet. The transaction that changes an installation writes its event.
create table if not exists pending_events (
  id text primary key check (id ~ '^evt-[0-9a-f]{32}$'),
  installation_id text not null check (length(installation_id) between 1 and 64),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  organization_id text not null check (length(organization_id) between 1 and 128),
  organization_name text not null check (length(organization_name) between 1 and 255),
  type text not null check (type ~ '^[a-z_]{1,64}$'),
  reason text,
  grant_ends_at timestamptz,
  occurred_at timestamptz not null default now(),
  next_try_at timestamptz not null
);

create index if not exists pending_events_by_next_try on pending_events (next_try_at);

-- The ids of states and install links that were used, until these would be too old anyway.
create table if not exists consumed_states (
  id text primary key check (length(id) between 16 and 128),
  consumed_by text not null,
  expires_at timestamptz not null
);

create index if not exists consumed_states_by_expiry on consumed_states (expires_at);

-- Grants that cover several organizations, for at most ten minutes: until the installer has chosen one.
create table if not exists pending_installations (
  id text primary key check (id ~ '^[0-9a-f]{32}$'),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  cookie_hash text not null,
  organization_ids jsonb not null check (jsonb_typeof(organization_ids) = 'array'),
  -- The grants with their tokens, sealed.
  grants text not null check (grants like 'v1.%'),
  redirect_uri text,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  -- Who took the row, so that a retry after a lost response gets it too.
  taken_by text,
  expires_at timestamptz not null
);

create index if not exists pending_installations_by_expiry on pending_installations (expires_at);
