-- The folded name of the organization as hexadecimal digits, which sort in the same order under any collation: the
-- names with a prefix are a range. Null until the sweep has stored it for a row of a release before.
alter table installations add column if not exists name_key text;

create index if not exists installations_by_name
  on installations (name_key, id)
  where name_key is not null;

-- The customer that the metadata names, by the configured key: its first 128 characters.
alter table installations add column if not exists customer text;

-- No other index has the ids in this order, with nulls first, although there are none: for a page of a filter, the
-- planner could else read all rows in the order of their ids, to find the few.
create index if not exists installations_by_customer
  on installations (customer, id nulls first)
  where customer is not null;

create index if not exists installations_by_inactive_reason
  on installations (inactive_reason, id nulls first) include (platform)
  where inactive_reason is not null;

create index if not exists installations_by_refresh_error
  on installations (id nulls first) include (platform)
  where last_refresh_error is not null;

create index if not exists installations_by_install_time on installations (installed_at, id);

-- At most an hour older than the last lookup that returned a token. Null if that is not known.
alter table installations add column if not exists last_looked_up_at timestamptz;

-- How far the sweep has stored the two keys above, for rows of a release before or of another configuration.
create table if not exists search_key_passes (
  id text primary key check (id = 'installations'),
  -- The metadata key that the customers were read from; empty until the first sweep of a new database.
  customer_key text not null,
  -- How many passes over all rows are complete.
  passes int not null check (passes >= 0),
  -- The last row of the present pass.
  position text,
  updated_at timestamptz not null
);

-- In a new database, each row is stored with its keys from the start.
insert into search_key_passes (id, customer_key, passes, updated_at)
select 'installations', '', 2, now()
where not exists (select 1 from installations)
on conflict (id) do nothing;

-- How many installations there were, by platform and state, when the sweep last counted them.
create table if not exists installation_counts (
  id text primary key check (id = 'installations'),
  counts jsonb not null check (jsonb_typeof(counts) = 'array'),
  counted_at timestamptz not null
);
