-- When callers last reported that the platform rejected the stored token, and it was checked or replaced; and who
-- does that now.
alter table installations add column if not exists rejection_checked_at timestamptz;

alter table installations add column if not exists rejection_checked_by text;

-- Consecutive reports that were wrong, or that may have been: the interval of the checks grows with them.
alter table installations add column if not exists false_rejections int;

-- Changes when a narrowed token is reported: the functions that cache such tokens drop them.
alter table installations add column if not exists narrowed_version bigint;

alter table installations add column if not exists narrowed_rejected_at timestamptz;
