import pytest

from config.embedded.errors import ServiceError
from config.launch import procfile, shop


def test_read_replaces_variables_without_a_shell(tmp_path):
    path = tmp_path / "Procfile"
    path.write_text("# processes\nweb: serve --port $PORT 'two words' ; rm -rf /\n\n")
    assert procfile.read(path, environ={"PORT": "9000"}) == {
        "web": ["serve", "--port", "9000", "two words", ";", "rm", "-rf", "/"]
    }


@pytest.mark.parametrize("line", ["nonsense", "web: serve $NOWHERE"])
def test_read_when_a_line_is_wrong_names_it(tmp_path, line):
    path = tmp_path / "Procfile"
    path.write_text(line)
    with pytest.raises(ServiceError, match="Procfile, line 1"):
        procfile.read(path, environ={})


def test_procfile_of_the_project_has_web_worker_and_beat():
    assert list(procfile.read(shop.ROOT / "Procfile", environ={"PORT": "1"})) == ["web", "worker", "beat"]


@pytest.mark.parametrize("port", ["x", "0", "65534", "-1", "٣"])
def test_port_that_leaves_no_room_for_three_is_refused(port):
    with pytest.raises(ServiceError, match="PORT is"):
        shop.port_of({"PORT": port})
