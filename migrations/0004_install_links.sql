-- Install links. The URL of a link contains the same fields, encrypted; the row shows whether it was used.
create table if not exists install_links (
  id text primary key check (id ~ '^link-[0-9a-f]{32}$'),
  -- The platform, the redirect URI, the metadata and the installation that it is for, encrypted under the
  -- state key ring.
  intent text not null check (intent like 'v1.%'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- When an operator ended the link.
  ended_at timestamptz,
  used_at timestamptz,
  -- The installation that was stored with the link.
  used_by text check (length(used_by) between 1 and 64),
  -- The flow that is exchanging a code for the link, and until when others wait for it.
  claimed_by text,
  claimed_until timestamptz
);

create index if not exists install_links_by_age on install_links (created_at);
