create index if not exists waiting_requests_by_expiry on waiting_requests (expires_at);
