-- One row for each organization's grant to the bot.
--
-- access_token, refresh_token, previous_refresh_token and webhook_secret hold sealed text only: the
-- checks refuse anything else, so that a mistake in code cannot store a token in the clear.
create table installations (
  id text primary key check (id ~ '^inst-[0-9a-f]{32}$'),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  organization_id text not null check (length(organization_id) between 1 and 128),
  organization_name text not null check (length(organization_name) between 1 and 255),
  kind text not null check (kind in ('oauth_app', 'github_app', 'slack_bot', 'jira_3lo')),
  provider_installation_id text,

  access_token text check (access_token like 'v1.%'),
  refresh_token text check (refresh_token like 'v1.%'),
  previous_refresh_token text check (previous_refresh_token like 'v1.%'),
  webhook_secret text not null check (webhook_secret like 'v1.%'),
  scopes text[] not null default '{}',
  token_expires_at timestamptz,
  token_stored_at timestamptz,
  refresh_token_expires_at timestamptz,

  -- Lets roles that may not read a sealed column still say whether there is one.
  has_refresh_token boolean generated always as (refresh_token is not null) stored,

  token_version bigint not null default 1,
  refresh_lease_owner text,
  refresh_lease_until timestamptz,
  refresh_rotated_at timestamptz,
  last_refreshed_at timestamptz,
  last_refresh_error text,

  is_active boolean not null default true,
  inactive_reason text check (
    inactive_reason in ('disabled', 'uninstalled', 'suspended', 'reauthorization_required')
  ),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  installed_at timestamptz not null default now(),
  installed_by text not null,
  installed_by_id text,
  updated_at timestamptz not null default now(),

  -- In this order the index also serves a list by organization_id alone.
  constraint installations_organization unique (organization_id, platform),
  constraint installations_active check (is_active = (inactive_reason is null))
);

create index installations_by_platform on installations (platform, id);
create index installations_by_activity on installations (is_active, id);

-- What was used once: states and install links, kept until they would be too old anyway.
create table consumed_states (
  id text primary key check (length(id) between 16 and 128),
  consumed_by text not null,
  expires_at timestamptz not null
);

create index consumed_states_by_expiry on consumed_states (expires_at);
