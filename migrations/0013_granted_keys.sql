-- No other index has the ids in this order, with nulls first, although there are none: for a page of a grant,
-- the planner could else read the ids of all grants.
create index if not exists installations_by_grant
  on installations (granted_key, is_active, id nulls first)
  where granted_key is not null;

-- The one above replaces it.
drop index if exists installations_by_granted_key;

-- The sweep stores the keys of grants that a release before has stored, and an empty one if a grant is not known.
create index if not exists installations_by_unkeyed_grant
  on installations (is_active, id)
  where granted_key is null;
