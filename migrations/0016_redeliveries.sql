-- GitHub's deliveries that failed, to be requested again.
create table if not exists redeliveries (
  guid text primary key check (length(guid) between 1 and 64),
  -- GitHub's id of the last attempt.
  attempt_id text not null check (length(attempt_id) between 1 and 32),
  requests int not null default 0 check (requests >= 0),
  failed_at timestamptz not null,
  next_try_at timestamptz not null
);

create index if not exists redeliveries_by_next_try on redeliveries (next_try_at);

create index if not exists redeliveries_by_age on redeliveries (failed_at);

-- Up to when the history of a platform's deliveries was read, and when it is read next.
create table if not exists delivery_scans (
  platform text primary key check (platform in ('github', 'slack', 'jira')),
  scanned_to timestamptz,
  next_scan_at timestamptz not null
);

insert into delivery_scans (platform, next_scan_at)
values ('github', now())
on conflict (platform) do nothing;
