"""RethinkDB's client protocol (ReQL, V1_0), as each replica's database server speaks it."""
