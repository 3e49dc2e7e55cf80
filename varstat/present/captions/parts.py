"""What the parts of a waterfall are called on charts."""

COMPONENTS = {
    "published": "Published",
    "raw": "Raw",
    "chance": "Chance",
    "casemix": "Case-mix",
    "peer_group": "Peer group",
    "remaining": "Remaining",
}
