"""The machines under the replicas: their Docker engines, a shell on each, and the overlay network between them.

`state` tells what can be broken, `healthy` makes the sound ones. `engine` answers as Docker's API does; `commands`
holds the programs that stand in for a node's own, in a real `sh`, with the files that `files` writes for them.
"""
