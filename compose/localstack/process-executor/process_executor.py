"""Lambda's execution environments as processes of this machine (LAMBDA_RUNTIME_EXECUTOR=process): no Docker needed.

LocalStack starts one executor per execution environment and sends it invocations. Each one is a process of the bridge
(compose/localstack/bridge/main.ts), which speaks LocalStack's protocol here and Lambda's Runtime API to the function.
Settings, all from the environment of LocalStack:

PROCESS_EXECUTOR_NODE    path of the Node that runs bridge and functions
PROCESS_EXECUTOR_BRIDGE  path of the bridge
PROCESS_EXECUTOR_RIC     path of aws-lambda-ric's module
PROCESS_EXECUTOR_LOGS    folder for the functions' output, one file per function
"""

import os
import signal
import subprocess
from pathlib import Path

from plux import Plugin

STOP_TIMEOUT_S = 3
LOG_LIMIT_BYTES = 10 * 1024 * 1024


class ProcessExecutorPlugin(Plugin):
    namespace = "localstack.lambda.runtime_executor"
    name = "process"

    def load(self, *args, **kwargs):
        # LocalStack's modules read their settings when they are imported, so not before it asks.
        from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

        return type("ProcessExecutor", (ProcessExecutor, RuntimeExecutor), {})


class ProcessExecutor:
    """One execution environment; the methods are those of LocalStack's RuntimeExecutor."""

    def __init__(self, id, function_version):
        from localstack.services.lambda_.invocation.executor_endpoint import ExecutorEndpoint

        super().__init__(id, function_version)
        self.executor_endpoint = ExecutorEndpoint(id)
        self.process = None
        self.log_path = open_log_path(function_version.id.function_name)

    def start(self, env_vars):
        from localstack.utils.net import get_free_tcp_port

        runtime = self.function_version.config.runtime or ""
        if not runtime.startswith("nodejs"):
            raise NotImplementedError(f"The process executor runs Node.js only, not {runtime!r}")
        self.executor_endpoint.start()
        port = get_free_tcp_port()
        self.executor_endpoint.container_address = "127.0.0.1"
        self.executor_endpoint.container_port = port
        code = str(self.function_version.config.code.get_unzipped_code_location())
        # Nothing of LocalStack's own environment reaches a function.
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "en_US.UTF-8",
            **{name: str(value) for name, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": code,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
            "BRIDGE_PORT": str(port),
            "BRIDGE_RIC": os.environ["PROCESS_EXECUTOR_RIC"],
        }
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [os.environ["PROCESS_EXECUTOR_NODE"], os.environ["PROCESS_EXECUTOR_BRIDGE"]],
                cwd=code,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, so that the function goes with its bridge.
                start_new_session=True,
            )
        self.executor_endpoint.wait_for_startup()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self.process.wait()
        self.executor_endpoint.shutdown()

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass  # it ended by itself in between

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        from localstack import config

        port = config.GATEWAY_LISTEN[0].port
        return f"http://127.0.0.1:{port}{self.executor_endpoint.get_endpoint_prefix()}"

    def invoke(self, payload):
        return self.executor_endpoint.invoke(payload)

    def get_logs(self):
        return self.log_path.read_text("utf-8", "replace")

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass

    @classmethod
    def validate_environment(cls):
        return True


def open_log_path(function_name):
    """The file of a function's output; a full one becomes `.log.1`, as the other functions' do."""
    folder = Path(os.environ["PROCESS_EXECUTOR_LOGS"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{function_name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(folder / f"{function_name}.log.1")
    path.touch(mode=0o600)
    return path
