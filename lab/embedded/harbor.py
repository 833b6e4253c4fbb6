"""What Harbor, which is MSR 4, answers to questions for MSR 2.x: its nginx passes them to its portal or its core."""

from lab.embedded.reply import Asked, Reply, as_json, text
from lab.embedded.state import Cluster

PORTAL = "<!doctype html>\n<html><head><title>Harbor</title></head><body><harbor-app></harbor-app></body></html>\n"


def answer(cluster: Cluster, asked: Asked) -> Reply:
    """core has `/api/`, `/service/` and `/v2/`; the portal has one page for all other paths."""
    if asked.path.startswith("/v2/"):
        challenge = f'Bearer realm="https://{cluster.public_name}/service/token",service="harbor-registry"'
        headers = (("Docker-Distribution-Api-Version", "registry/2.0"), ("WWW-Authenticate", challenge))
        refusal = as_json(401, _errors("UNAUTHORIZED", "unauthorized: unauthorized"), indent=None)
        return Reply(401, refusal.body, refusal.content_type, headers)
    if asked.path.startswith(("/api/", "/service/")):
        return as_json(404, _errors("NOT_FOUND", "the requested path is not found"), indent=None)
    return text(200, PORTAL, "text/html")


def _errors(code: str, message: str) -> dict[str, list[dict[str, str]]]:
    return {"errors": [{"code": code, "message": message}]}
