-- Generated from ../0004_latest_views.sql by `npm run generate`. Do not edit.

CREATE OR REPLACE VIEW latest_signals ON CLUSTER '{cluster}' AS
SELECT * FROM signals FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, instrument;

CREATE OR REPLACE VIEW latest_decisions ON CLUSTER '{cluster}' AS
SELECT * FROM decisions FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, instrument;

CREATE OR REPLACE VIEW latest_observations ON CLUSTER '{cluster}' AS
SELECT * FROM observations FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, domain, instrument;

CREATE OR REPLACE VIEW latest_agents ON CLUSTER '{cluster}' AS
SELECT * FROM agents FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent;

CREATE OR REPLACE VIEW latest_agent_states ON CLUSTER '{cluster}' AS
SELECT * FROM agent_states FINAL
ORDER BY _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, agent, type;

CREATE OR REPLACE VIEW latest_bars ON CLUSTER '{cluster}' AS
SELECT * FROM bars FINAL
ORDER BY occurred_at DESC, _known_from DESC, _partition DESC, _offset DESC
LIMIT 1 BY swarm, run, instrument, interval;
