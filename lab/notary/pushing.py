"""Pushes images as `docker push` does, over the registry's API and through the address of users."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import quote

import httpx

from lab.embedded.images import StoredImage
from lab.notary.tokens import User


class Pusher:
    """One who may push. users: the address of users; ca: whom its certificate is from."""

    def __init__(self, users: str, ca: Path, user: User) -> None:
        self._users, self._user = users, user
        self._tls = ssl.create_default_context(cafile=ca)

    def push(self, image: StoredImage) -> None:
        """The blobs of all its manifests, the manifests, and the index under the tag."""
        with httpx.Client(verify=self._tls, trust_env=False, timeout=10, base_url=f"https://{self._users}") as client:
            client.headers["Authorization"] = f"Bearer {self._token(client, image.repository)}"
            for digest, content in image.everything.items():
                self._blob(client, image.repository, digest, content)
            listed = [digest for digest in image.manifests if digest != image.index]
            for reference in (*listed, image.index):
                kind, content = image.manifests[reference]
                name = image.tag if reference == image.index else reference
                answer = client.put(
                    f"/v2/{image.repository}/manifests/{name}", content=content, headers={"Content-Type": kind}
                )
                answer.raise_for_status()

    def _token(self, client: httpx.Client, repository: str) -> str:
        asked = {"service": self._users, "scope": f"repository:{repository}:pull,push"}
        answer = client.get("/auth/token", params=asked, auth=(self._user.name, self._user.password))
        token: str = answer.raise_for_status().json()["token"]
        return token

    @staticmethod
    def _blob(client: httpx.Client, repository: str, digest: str, content: bytes) -> None:
        begun = client.post(f"/v2/{repository}/blobs/uploads/").raise_for_status()
        where = begun.headers["Location"]
        sign = "&" if "?" in where else "?"
        client.put(f"{where}{sign}digest={quote(digest, safe='')}", content=content).raise_for_status()
