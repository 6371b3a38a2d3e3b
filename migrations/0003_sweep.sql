-- The sweep passes over an installation that it could not refresh until this time.
alter table installations add column if not exists sweep_after timestamptz;

-- The sweep refreshes tokens before the refresh token expires for lack of use, or at its own end: for each
-- kind of app, so that those of one that is not configured are not read.
create index if not exists installations_by_idle_refresh_token
  on installations (kind, token_stored_at)
  where has_refresh_token and is_active and sweep_after is null;

create index if not exists installations_by_ending_refresh_token
  on installations (kind, refresh_token_expires_at)
  where has_refresh_token and is_active and sweep_after is null;

create index if not exists installations_by_sweep
  on installations (sweep_after)
  where sweep_after is not null;

-- The two above replace these.
drop index if exists installations_by_token_age;

drop index if exists installations_by_refresh_token_expiry;
