"""Makes the user admin, or gives it its password again. `superset fab create-admin` would take the password as an
argument, which every user of the machine can read while it runs."""

import os
from pathlib import Path

from superset.app import create_app

NAME = "admin"

app = create_app()
with app.app_context():
    password = Path(os.environ["SUPERSET_SECRETS"], "admin_password").read_text().strip()
    users = app.appbuilder.sm
    user = users.find_user(NAME)
    if user is None:
        user = users.add_user(NAME, "Admin", "", f"{NAME}@localhost", users.find_role("Admin"), password=password)
    else:
        users.reset_password(user.id, password)
    if not user:
        raise SystemExit("The user admin could not be made.")
