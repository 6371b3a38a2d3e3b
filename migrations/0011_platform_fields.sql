-- What the libraries of a platform need besides a token, such as the id of the bot in Slack. Null until a lookup
-- has requested it.
alter table installations add column if not exists platform_fields jsonb;
