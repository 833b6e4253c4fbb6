"""A real nginx in front of each replica of the embedded cluster, and one that balances TCP before them.

As in the product, nginx ends TLS for the API, serves its own `/nginx_status`, and the load balancer passes TLS through.
"""

from lab.nginx.access_log import Logged
from lab.nginx.fronts import Fronts, missing

__all__ = ["Fronts", "Logged", "missing"]
