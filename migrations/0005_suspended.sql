-- The sweep asks the platforms about suspended installations.
create index if not exists installations_by_suspension
  on installations (kind, id)
  where inactive_reason = 'suspended' and sweep_after is null;
