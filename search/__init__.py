"""One search interface, two engines (PostgreSQL full text, Elasticsearch); knows neither Flask nor the portal."""
