-- Who installed the GitHub App at its platform, as the signed webhook names this person, and which installation that was.
alter table installations add column if not exists sender_id text;

alter table installations add column if not exists sender_installation_id text;
