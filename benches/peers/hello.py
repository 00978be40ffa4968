"""The peer of the cold start in benches/calls.rs: FastAPI on uvicorn, one route, no database."""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ready"}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
