-- A Jira token acts as the person who installed the bot, and reaches every site that this person granted: finds
-- the other installations of one person.
create index if not exists installations_by_installer
  on installations (installed_by_id)
  where kind = 'jira_3lo' and is_active;
