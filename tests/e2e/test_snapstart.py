"""The published version under SnapStart: the emulator takes a snapshot of each process and runs the hooks of a restore.

What a restore must not copy is shown in tests/artifact/test_snapshot.py; here the functions answer after one.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.stack import local_stack
from operate import api_keys


def test_restored_functions_create_and_read() -> None:
    with local_stack(SnapStart="PublishedVersions") as stack:
        lambda_ = stack.client("lambda")
        for function in lambda_.list_functions()["Functions"]:
            live = lambda_.get_function_configuration(FunctionName=function["FunctionName"], Qualifier="live")
            assert live["SnapStart"]["ApplyOn"] == "PublishedVersions"
            assert live["Version"] != "$LATEST"
        key, _ = api_keys.create(stack.api_keys, "acme", "customers:read customers:write")
        headers = {"Authorization": f"Bearer {key}"}

        def create(_number: int) -> httpx.Response:
            customer = {"email": f"{uuid.uuid4().hex}@example.com"}
            return httpx.post(f"{stack.api_url}/customers", json=customer, headers=headers, timeout=60)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(create, range(8)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 8
        for answer in answers:
            url = f"{stack.api_url}/customers/{answer.json()['id']}"
            assert httpx.get(url, headers=headers, timeout=60).json() == answer.json()
