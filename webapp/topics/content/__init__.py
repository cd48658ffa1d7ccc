"""What the public pages say, as data: one typed module a topic. Nothing here knows a request or a template."""
