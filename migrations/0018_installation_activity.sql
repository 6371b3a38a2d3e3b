-- The last deliveries of an installation. No other index has the times in this order, with nulls first, although there
-- are none: the planner could else read the deliveries of all installations, to find the few.
create index if not exists deliveries_by_installation
  on deliveries (installation_id, received_at nulls first)
  where installation_id is not null;
