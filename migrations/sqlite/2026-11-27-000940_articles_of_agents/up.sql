-- What an agent wrote is found when he asks for his data: mails, which most articles are, are not in it.
CREATE INDEX articles_agent ON articles (agent_id, id) WHERE agent_id IS NOT NULL;
