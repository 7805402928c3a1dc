"""What the benchmark tells the job."""

import json
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Settings:
    """Where the plays come from and where the rows go."""

    job: str
    bootstrap_servers: str
    topic: str
    schema_file: str
    database_url: str
    jars: str
    work_dir: str

    @property
    def jdbc_options(self) -> dict[str, str]:
        """The same database as the JDBC driver wants it told."""
        url = urlsplit(self.database_url)
        return {
            # Spark has no type for UUIDs: Postgres is to read the text as what its column is.
            "url": f"jdbc:postgresql://{url.hostname}:{url.port}{url.path}?stringtype=unspecified",
            "user": unquote(url.username or ""),
            "password": unquote(url.password or ""),
            "driver": "org.postgresql.Driver",
        }


def read_settings(stream: TextIO) -> Settings:
    """Reads the settings; a password is none of the arguments that every user of the machine sees."""
    return Settings(**json.load(stream))
