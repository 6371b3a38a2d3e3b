-- The permissions that an organization has granted to a GitHub App.
alter table installations add column if not exists permissions jsonb;

-- A hash of the app and its scopes or permissions, with 43 characters. Few grants differ, so that a list finds
-- those that lack something by their hashes.
alter table installations add column if not exists granted_key text;

create index if not exists installations_by_granted_key
  on installations (granted_key, is_active, id)
  where granted_key is not null;
