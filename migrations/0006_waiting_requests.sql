-- Members who requested the GitHub App, until an owner approves it, for at most 30 days.
create table if not exists waiting_requests (
  id text primary key check (id ~ '^req-[0-9a-f]{32}$'),
  platform text not null check (platform in ('github', 'slack', 'jira')),
  account_id text not null check (length(account_id) between 1 and 128),
  requester_id text not null check (length(requester_id) between 1 and 128),
  -- The names, the redirect URI, the metadata and the install link, encrypted under the state key ring.
  intent text not null check (intent like 'v1.%'),
  expires_at timestamptz not null,
  -- The installation that was stored for the request.
  installation_id text check (length(installation_id) between 1 and 64)
);

create index if not exists waiting_requests_by_requester
  on waiting_requests (account_id, requester_id);

-- Who requested the GitHub App, and who approved that, as the signed webhook names them.
alter table installations add column if not exists requested_by text;

alter table installations add column if not exists requested_by_id text;

alter table installations add column if not exists approved_by text;

alter table pending_events add column if not exists requested_by text;

alter table pending_events add column if not exists approved_by text;
