#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each command from outside: help, text, JSON, wrong usage."""
import json
import os

from cli import FEW, Home, main, test, write_png

COMMANDS = ["train", "sweep", "queue", "estimate", "augment", "find-lr", "resume", "pause", "continue", "stop", "save", "runs", "show", "rename", "tag", "star",
            "trash", "restore", "compare", "plot", "predict", "export", "models", "datasets", "weights", "presets", "bench"]


@test
def help_and_wrong_usage():
    with Home() as home:
        overview = home.run("--help")
        for command in COMMANDS:
            assert "\n  %s" % command in overview, command
            assert "thaw %s" % command in home.run(command, "--help"), command
            home.run(command, "--no-such-option", status=2)
        home.run(status=2)
        home.run("no-such-command", status=2)
        for command in ("resume", "pause", "continue", "stop", "save", "show", "rename", "tag", "star", "trash", "restore", "plot",
                        "predict", "export"):
            home.run(command, status=2)
        home.run("train", "--preset", "a", "--recipe", "b", status=2)
        home.run("plot", "latest", status=2)
        assert not os.path.exists(home.home)
        assert home.run("--version").startswith("thaw ")


@test
def empty_home_is_left_alone():
    with Home() as home:
        assert "thaw train" in home.run("runs")
        assert home.json("runs") == []
        home.refused("show", "latest")
        assert not os.path.exists(home.home)


@test
def models_and_presets():
    with Home() as home:
        models = {m["name"]: m for m in home.json("models")}
        assert models["resnet18"]["parameters"] == 11181642
        assert models["resnet18"]["macs"] == 37016576
        assert models["mobilenet_v3_small"]["parameters"] == 1528106
        assert models["mobilenet_v3_small"]["macs"] == 2169792
        layers = home.json("models", "resnet18")["layers"]
        conv1 = [l for l in layers if l["name"] == "conv1"][0]
        assert conv1["shape"] == [64, 16, 16] and conv1["parameters"] == 9408
        assert home.json("models", "resnet18", "--size", "224")["macs"] == 1813566464
        assert home.json("models", "mobilenet_v3_small", "--size", "64", "--classes", "3")["classes"] == 3
        home.refused("models", "resnet19", says="resnet19")
        gentle = {m["name"]: m for m in home.json("models", "--stem", "cifar")}
        assert gentle["resnet18"]["final_map"] == 4 and gentle["resnet18"]["parameters"] == 11181642
        assert gentle["resnet18"]["shape"] == 'stem "cifar"' and gentle["cnn3"]["shape"] is None
        assert "4×4" in home.run("models", "--stem", "cifar") and models["resnet18"]["shape"] is None
        trimmed = home.json("models", "mobilenet_v2", "--set", "model.widths=[32, 16, 24, 32, 64, 64, 96, 320]")
        assert trimmed["parameters"] < models["mobilenet_v2"]["parameters"] and "widths [32, " in trimmed["shape"]
        home.refused("models", "cnn3", "--stem", "cifar", says="cnn3", status=2)
        home.refused("models", "--set", "epochs=3", says="epochs=3", status=2)
        home.refused("models", "resnet18", "--set", "model.widths=[1, 2]", says="model.widths")
        bench = home.json("bench", "--model", "shufflenet_v2_x0_5", "--stem", "cifar", "--batch", "4", "--rounds", "1")
        assert bench["shape"] == 'stem "cifar"'
        assert abs(models["resnet18"]["live_share"] - 0.3787) < 1e-4 and models["resnet18"]["final_map"] == 1
        assert models["resnet18"]["head_parameters"] == 5130 and models["resnet18"]["weights_there"] is False
        assert models["resnet18"]["help"] and models["resnet18"]["title"]
        names = [p["name"] for p in home.json("presets")]
        for name in ("day44-resnet18", "day44-mobilenet-v3-small", "day44-resnet18-exact", "day44-mobilenet-v3-small-exact"):
            assert name in names
            recipe = json.loads(home.run("presets", name))
            assert recipe["epochs"] == 40 and recipe["batch_size"] == 64 and recipe["freeze"]["epochs"] == 5
        home.refused("presets", "day45", says="day45")


@test
def a_run_and_everything_about_it():
    with Home() as home:
        out = home.train("--name", "小的一次", "--set", "freeze.epochs=1")
        for n in (1, 2, 3):
            assert "committed %d\n" % n in out, out
        run = home.json("runs")[0]
        assert run["state"] == "finished" and run["name"] == "小的一次" and run["epochs_done"] == 3
        assert run["test_opened"] == 1 and run["test_accuracy"] is not None
        story = home.json("show", "latest")
        assert [e["frozen"] for e in story["epochs_table"]] == [True, False, False]
        assert story["epochs_table"][0]["trainable"] == 601098 and story["epochs_table"][1]["trainable"] == 1528106
        assert abs(story["epochs_table"][1]["lr"] - 1e-4) < 1e-12
        kinds = [e["kind"] for e in story["events"]]
        assert kinds.index("frozen") < kinds.index("thawed") < kinds.index("finished")
        for artifact in story["artifacts"]:
            assert os.path.getsize(artifact["path"]) == artifact["bytes"]
        assert [a["number"] for a in story["attempts"]] == [1] and os.path.isdir(story["folder"])
        assert run["steps_planned"] == run["steps_done"] == 69 and run["tags"] == [] and run["queue_place"] == 0
        assert "小的一次" in home.run("runs") and "601,098" not in home.run("show", run["id"][:8])
        table = home.json("compare", "latest", run["id"])
        assert len(table) == 2 and table[0]["parameters"] == 1528106 and table[0]["macs"] == 2169792
        assert table[0]["volatility"] is not None and table[0]["overfitting_gap"] is not None
        assert table[0]["weights_bytes"] > 6000000 and table[0]["images_per_second"] > 0
        assert "2,169,792" in home.run("compare", "latest")
        for ending, magic in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
            path = os.path.join(home.top, "curves" + ending)
            home.run("plot", "latest", "-o", path)
            with open(path, "rb") as f:
                assert f.read(5).startswith(magic)
        home.refused("plot", "latest", "-o", os.path.join(home.top, "curves.gif"), says="curves.gif")
        picture = os.path.join(home.top, "p.png")
        write_png(picture, (200, 30, 30), 48)
        answer = home.json("predict", "latest", picture, "--top", "2")
        assert len(answer[0]["classes"]) == 2
        assert answer[0]["classes"][0]["probability"] >= answer[0]["classes"][1]["probability"]
        home.refused("predict", "latest", Home.shared + "/batches.meta.txt", says="batches.meta.txt")
        home.refused("resume", "latest", says="finished")
        home.refused("show", "nobody", says="nobody")


@test
def json_lines_are_json():
    with Home() as home:
        events = [json.loads(line) for line in home.train("--json", "--set", "epochs=2").strip().split("\n")]
        names = [e["event"] for e in events]
        assert names[0] == "start" and names[-1] == "end"
        assert [e["epoch"] for e in events if e["event"] == "committed"] == [1, 2]
        assert events[-1]["state"] == "finished" and events[-1]["peak_resident_bytes"] > 10_000_000
        assert events[0]["train_images"] == 360 and events[0]["validation_images"] == 40 and events[0]["test_images"] == 80


@test
def a_seed_that_is_drawn_is_written_into_the_run():
    with Home() as home:
        home.train("--set", "epochs=1", "--set", "seed=null")
        assert "only that run's own record" in home.err
        first = home.weights()
        recipe = os.path.join(home.top, "recipe.json")
        with open(recipe, "w") as f:
            f.write(home.run("show", "latest", "--recipe"))
        with open(recipe) as f:
            assert isinstance(json.load(f)["seed"], int)
        home.run("train", "--recipe", recipe, "--data", home.data)
        assert home.weights() == first and "only that run's own record" not in home.err
        home.train("--set", "epochs=1", "--set", "seed=null")
        assert home.weights() != first
        home.train("--set", "epochs=1", "--set", "seed=null", "--queue")
        home.run("queue", "--run")
        for run, drawn in zip(home.json("runs"), (True, True, False, True)):
            found = [e["detail"] for e in home.json("show", run["id"])["events"] if e["kind"] == "finding"]
            assert any(f.startswith("seed: ") for f in found) == drawn, (run["name"], found)
        seeds = [json.loads(home.run("show", run["id"], "--recipe"))["seed"] for run in home.json("runs")]
        assert len(set(seeds)) == 3 and seeds[2] == seeds[3], seeds


@test
def the_recipe_of_a_run_repeats_it():
    with Home() as home:
        home.train("--set", "epochs=1", "--set", "seed=5")
        first = home.weights()
        recipe = os.path.join(home.top, "recipe.json")
        with open(recipe, "w") as f:
            f.write(home.run("show", "latest", "--recipe"))
        home.run("train", "--recipe", recipe, "--data", home.data)
        assert home.weights() == first
        home.run("train", "--recipe", recipe, "--data", home.data, "--set", "seed=6")
        assert home.weights() != first
        runs = home.json("runs")
        assert runs[1]["recipe_hash"] == runs[2]["recipe_hash"] != runs[0]["recipe_hash"]


@test
def exact_lesson_steers_by_the_test_set():
    with Home() as home:
        home.run("train", "--preset", "day44-mobilenet-v3-small-exact", "--data", home.data, *FEW, "--set", "epochs=1")
        assert "test" in home.err.lower()
        story = home.json("show", "latest")
        assert story["epochs_table"][0]["set"] == "test"


@test
def export_and_train_from_it():
    with Home() as home:
        home.train("--set", "epochs=1")
        for name in ("w.pth", "w.safetensors"):
            path = os.path.join(home.top, name)
            home.run("export", "latest", "-o", path)
            inspected = home.json("weights", "inspect", path)
            assert len(inspected["tensors"]) == 244
            home.train("--set", "epochs=1", "--set", "freeze.epochs=1", "--set", "model.weights=" + path)
        path = os.path.join(home.top, "w.pth")
        home.refused("train", "--preset", "day44-resnet18", "--data", home.data, "--set", "model.weights=" + path,
                     "--set", "epochs=1", "--set", "freeze.epochs=0", says=["w.pth", "conv1.weight"])
        home.refused("export", "latest", "-o", os.path.join(home.top, "none", "w.pth"), says="none")
        home.run("export", "latest", "-o", "w.onnx", status=2)


@test
def fold_repvgg():
    with Home() as home:
        home.train("--set", "epochs=1", "--set", "model.name=repvgg_a0", "--set", "model.widths=[16,16,24,32,64]")
        path = os.path.join(home.top, "plain.safetensors")
        says = home.run("export", "latest", "--fold", "-o", path)
        assert "differ by" in says and "times as fast" in says, says
        names = [t["name"] for t in home.json("weights", "inspect", path)["tensors"]]
        assert len(names) == 46 and "stage3.13.rbr_reparam.bias" in names and not any("rbr_dense" in n for n in names)
        home.train("--set", "epochs=1")
        home.refused("export", "latest", "--fold", "-o", path, says=["mobilenet_v3_small", "repvgg_a0"])


@test
def half_of_the_size():
    with Home() as home:
        home.train("--set", "epochs=1")
        whole, half = os.path.join(home.top, "whole.safetensors"), os.path.join(home.top, "half.safetensors")
        home.run("export", "latest", "-o", whole)
        home.run("export", "latest", "--half", "-o", half)
        kinds = {t["name"]: (t["dtype"], len(t["shape"])) for t in home.json("weights", "inspect", half)["tensors"]}
        assert len(kinds) == 244 and kinds["features.0.0.weight"] == ("F16", 4) and kinds["classifier.3.weight"] == ("F16", 2)
        assert all(dtype == "F32" for dtype, dims in kinds.values() if dims == 1)
        assert os.path.getsize(half) < 0.54 * os.path.getsize(whole)
        says = home.run("weights", "check", "--set", "model.weights=" + half)
        assert half in says
        pth = os.path.join(home.top, "half.pth")
        home.run("export", "latest", "--half", "-o", pth)
        again = {t["name"]: (t["dtype"], len(t["shape"])) for t in home.json("weights", "inspect", pth)["tensors"]}
        assert again == kinds


@test
def data_sets_are_found_by_content():
    with Home() as home:
        found = home.json("datasets", home.data)[0]
        assert found["id"] == "cifar-10" and found["train"] == 400 and found["test"] == 80
        assert [c["train"] for c in found["classes"]] == [40] * 10
        listed = json.loads(home.run("datasets", "--json", env={"THAW_DATA": os.path.dirname(home.data)}))
        assert any(s["id"] == "cifar-10" for s in listed)
        home.run("train", "--preset", "day44-mobilenet-v3-small", *FEW, "--set", "epochs=1",
                 env={"THAW_DATA": os.path.dirname(home.data)})
        folder = os.path.join(home.top, "pictures")
        for c, name in enumerate(("red", "green", "蓝")):
            os.makedirs(os.path.join(folder, name))
            for i in range(12):
                colour = [20 + 3 * i] * 3
                colour[c] = 200 + i
                write_png(os.path.join(folder, name, "%d.png" % i), colour, 40)
        with open(os.path.join(folder, "red", "broken.png"), "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\nnot really")
        home.run("train", "--preset", "day44-mobilenet-v3-small", "--data", folder, "--set", "model.weights=random",
                 "--set", "epochs=1", "--set", "freeze.epochs=0", "--set", "batch_size=8", "--set", "data.split.validation=0.25")
        assert "broken.png" in home.err and "1 picture" in home.err
        assert home.json("predict", "latest", os.path.join(folder, "蓝", "1.png"))[0]["classes"]


@test
def the_sample_is_built_in():
    with Home() as home:
        listed = home.json("datasets")
        assert listed[-1] == {"id": "sample", "title": "Fashion-MNIST sample", "path": "sample", "built_in": True}, listed
        assert not os.path.exists(home.home)
        pictures = os.path.join(home.top, "pictures")
        read = home.json("datasets", "sample", "--samples", "13", "--pictures", pictures)[0]
        assert read["id"] == "sample" and read["train"] == 2000 and read["test"] == 400
        assert [c["train"] for c in read["classes"]] == [200] * 10 and read["classes"][9]["name"] == "Ankle boot"
        assert {s["class"] for s in read["samples"][:10]} == set(range(10)) and len(read["samples"]) == 13
        assert sorted(os.listdir(pictures)) == sorted(os.path.basename(s["file"]) for s in read["samples"])
        with open(read["samples"][0]["file"], "rb") as f:
            assert f.read(4) == b"\x89PNG"
        folder = os.path.join(home.home, "datasets", "fashion-mnist-sample")
        assert read["path"] == folder and len(os.listdir(folder)) == 4
        assert os.listdir(os.path.dirname(folder)) == ["fashion-mnist-sample"]
        with open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz"), "wb") as f:
            f.write(b"damaged")
        assert home.json("datasets", "sample")[0]["fingerprint"] == read["fingerprint"]
        home.run("datasets", "--samples", "3", status=2)
        home.run("train", "--preset", "one-minute-sample", "--set", "epochs=1", "--set", "freeze.epochs=0")
        run = home.json("runs")[0]
        assert run["data_title"] == "Fashion-MNIST sample" and run["recipe"]["data"]["set"] == "sample", run
        home.run("train", "--preset", "day44-mobilenet-v3-small", *FEW, "--set", "epochs=1", "--data", "sample")
        assert home.json("runs")[0]["recipe"]["data"]["set"] == "sample"


@test
def augmentation_is_drawn():
    with Home() as home:
        def draw(name, *arguments):
            path = os.path.join(home.top, name)
            home.run("augment", "--data", home.data, "-o", path, *arguments)
            with open(path, "rb") as f:
                return f.read()

        def some(*names):
            return "--set", "augment=" + json.dumps([{"name": n} for n in names])

        grid = draw("a.png", "-n", "3", "-m", "2")
        assert grid[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(grid[at:at + 4], "big") for at in (16, 20)] == [4 + 3 * 68, 4 + 3 * 68 + 8]
        assert grid == draw("b.png", "-n", "3", "-m", "2") != draw("c.png", "-n", "3", "-m", "2", "--seed", "1")
        plain = draw("d.png", "--set", "augment=[]")
        for name in ("RandomCrop", "RandomResizedCrop", "RandomHorizontalFlip", "ColorJitter", "RandomBrightnessContrast",
                     "RandomRotation", "AutoAugment", "RandAugment", "TrivialAugmentWide", "RandomErasing", "Cutout", "Mixup", "CutMix"):
            assert draw("e.png", *some(name)) != plain, name
        assert not os.path.exists(home.home)
        there = os.path.join(home.top, "f.png")
        refused = lambda *arguments, says: home.refused("augment", "--data", home.data, "-o", there, *arguments, says=says)
        refused("--set", "augment=[{\"name\": \"RandomCrop\", \"size\": 41}]", says="augment.0")
        refused("--set", "augment=[{\"name\": \"Cutout\", \"length\": 33}]", says="augment.0.length")
        refused(*some("Mixup", "ColorJitter"), says="augment.1: ColorJitter")
        refused(*some("CutOut"), says="did you mean 'Cutout'?")
        home.refused("augment", "--data", home.data, "-o", os.path.join(home.top, "none", "a.png"), says="none/a.png")
        for wrong in ([], ["-o", "a.jpg"], ["-o", "a.png", "-n", "0"], ["-o", "a.png", "-m", "257"], ["-o", "a.png", "x"]):
            home.run("augment", *wrong, status=2)


@test
def validation_pictures_are_tried():
    with Home() as home:
        home.train("--set", "epochs=1")
        folder = os.path.join(home.top, "pictures")
        got = home.json("predict", "latest", "--validation", "20", "--pictures", folder, "--top", "0")
        assert len(got) == 20 == len({g["image"] for g in got}) and {g["true_class"] for g in got} == set(range(10))
        for g in got:
            assert os.path.exists(g["file"]) and g["image"] < 400 and len(g["classes"]) == 10
            assert abs(sum(c["probability"] for c in g["classes"]) - 1) < 1e-5
            assert g["classes"][0]["class"] == g["given_class"] and g["classes"][0]["probability"] == g["confidence"]
            assert g["right"] == (g["given_class"] == g["true_class"])
        one = home.json("predict", "latest", got[0]["file"], "--top", "0")[0]["classes"]
        assert [c["class"] for c in one] == [c["class"] for c in got[0]["classes"]]
        assert got == home.json("predict", "latest", "--validation", "20", "--pictures", folder, "--top", "0")
        assert [g["image"] for g in got] != [g["image"] for g in home.json("predict", "latest", "--validation", "20", "--seed", "1")]
        assert len(home.json("predict", "latest", "--validation", "1000")) == 40
        assert " of 5 right" in home.run("predict", "latest", "--validation", "5")
        home.refused("predict", "latest", "--validation", "3", "--data", os.path.join(home.top, "none"), says="none")
        home.refused("predict", "latest", "--validation", "3", "--data", "/usr/share/datasets/fashion-mnist"
                     if os.path.exists("/usr/share/datasets/fashion-mnist") else home.top, says="thaw:")
        for wrong in (["latest"], ["latest", "x.png", "--validation", "1"], ["latest", "x.png", "--pictures", folder]):
            home.run("predict", *wrong, status=2)
        for artifact in home.json("show", "latest")["artifacts"]:
            os.remove(artifact["path"])
        home.refused("predict", "latest", "--validation", "3", says="no sound weights")


@test
def what_a_run_would_cost():
    with Home() as home:
        cache = {"XDG_CACHE_HOME": os.path.join(home.top, "cache")}
        few = ["--preset", "day44-mobilenet-v3-small", *FEW, "--set", "freeze.epochs=1", "--json"]
        first = json.loads(home.run("estimate", *few, "--data", home.data, env=cache))
        assert first["measured_now"] and not first["disturbed"]
        assert first["train_images"] == 360 and first["validation_images"] == 40 and first["test_images"] == 80
        assert first["frozen_epochs"] == 1 and first["thawed_epochs"] == 2 and first["steps_per_epoch"] == 23
        assert first["parameters"] == 1528106 and first["trainable_frozen"] == 601098 and first["macs"] == 2169792
        assert 6100000 < first["file_bytes"] < 6200000 and first["memory_bytes"] > first["file_bytes"]
        parts = (first["frozen_epoch_seconds"] + 2 * first["thawed_epoch_seconds"] + first["test_seconds"])
        assert 0 < first["seconds"] and abs(first["seconds"] - parts) < 1e-9
        assert first["thawed_epoch_seconds"] > first["frozen_epoch_seconds"]
        again = json.loads(home.run("estimate", *few, "--images", "800", "--test-images", "80", env=cache))
        assert not again["measured_now"] and again["thawed_images_per_second"] == first["thawed_images_per_second"]
        assert again["train_images"] == 720 and again["seconds"] > first["seconds"]
        with open(os.path.join(home.top, "cache", "thaw", "steps.ini"), "r+") as f:
            body = f.read()
            f.seek(0)
            f.write(body.replace("=", "=nonsense;-1;", 1))
        assert json.loads(home.run("estimate", *few, "--images", "800", env=cache))["measured_now"]
        assert "About" in home.run("estimate", *few[:-1], "--images", "800", env=cache)
        assert not os.path.exists(home.home)
        home.run("estimate", "--images", "-1", status=2)
        home.refused("estimate", "--preset", "nonesuch", says="nonesuch")


@test
def a_benchmark_counts_what_a_step_costs():
    with Home() as home:
        got = home.json("bench", "--model", "mobilenet_v3_small", "--batch", "4", "--rounds", "2", "--threads", "2")
        trip = [got["core_round_trip_ns" + which] for which in ("_min", "", "_max")]
        assert trip == [None] * 3 or 1 < trip[0] <= trip[1] <= trip[2], trip
        assert got["batch"] == 4 and got["size"] == 32 and got["threads"] == 2 and got["rounds"] == 2
        assert got["parameters"] == 1528106 and got["live_parameters"] < got["parameters"]
        assert got["kernels"] in ("c", "avx2", "avx512") and got["blas_core"] and got["versions"]["openblas"]
        for name in ("train", "infer"):
            assert 0 < got[name + "_step_ms_min"] <= got[name + "_step_ms"] <= got[name + "_step_ms_max"]
            assert abs(got[name + "_images_per_second"] - 4000 / got[name + "_step_ms"]) < 1e-6 * got[name + "_images_per_second"]
        assert got["gflops"]["base"]["one_thread"] > 0
        assert got["peak_gflops"] == max(t for isa in got["gflops"].values() for t in isa.values())
        assert {(b["place"], b["traffic"]) for b in got["bandwidths"]} == {
            (p, t) for p in ("l2", "l3", "model", "memory") for t in ("read", "update")} | {("pass", "adam")}
        assert got["floor_bandwidth"] == "pass" and got["floor_ideal_bandwidth"] == "l3"
        most = {b["place"]: max(b["one_thread_gbs"], b["all_threads_gbs"]) for b in got["bandwidths"] if b["traffic"] != "read"}
        norms = got["step_floor"]["norms"]  # at 32 pixels no map is larger than a cache
        assert abs(norms["ms"] - norms["bytes"] / most["pass"] / 1e6) < 1e-9
        assert abs(norms["ideal_ms"] - norms["bytes"] / most["l3"] / 1e6) < 1e-9
        assert got["step_floor"]["products"]["ms"] == got["step_floor"]["products"]["ideal_ms"]
        assert all(b["one_thread_gbs"] > 0 and b["all_threads_gbs"] > 0 for b in got["bandwidths"])
        for name in ("step_floor", "infer_floor"):
            assert abs(sum(part["ms"] for part in got[name].values()) - got[name + "_ms"]) < 1e-9
            assert abs(sum(part["ideal_ms"] for part in got[name].values()) - got[name + "_ideal_ms"]) < 1e-9
        assert got["train_peak_resident_bytes"] > 4 * 4 * got["parameters"]
        assert "layers" not in got and not os.path.exists(home.home)


@test
def a_floor_follows_from_the_layers():
    with Home() as home:
        got = home.json("bench", "--model", "resnet18", "--batch", "2", "--rounds", "1", "--layers")
        listed = home.json("models", "resnet18")["layers"]
        layers = got["layers"]
        assert [l["name"] for l in layers] == [l["name"] for l in listed]
        macs = [l["live_macs"] for l in layers]
        step, infer = got["step_floor"], got["infer_floor"]
        assert step["products"]["flop"] == 2 * 2 * (3 * sum(macs) - macs[0])  # the first layer has no backward-data
        assert infer["products"]["flop"] == 2 * 2 * sum(macs)
        elements = sum(l["shape"][0] * l["shape"][1] * l["shape"][2] for l in layers if l["kind"] == "BatchNorm2d")
        assert step["norms"]["bytes"] == 2 * 44 * elements and infer["norms"]["bytes"] == 0
        live, dead = got["live_parameters"], got["parameters"] - got["live_parameters"]
        assert abs(step["optimizer"]["bytes"] - 24 * live - 3 * dead) <= 24 * len(layers)
        assert abs(sum(l["step_floor_ms"] for l in layers) - got["step_floor_ms"]) < 1e-9
        assert abs(sum(l["infer_floor_ms"] for l in layers) - got["infer_floor_ms"]) < 1e-9
        alone = [l for l in layers if l["runs_with"] is None]
        assert all(l["forward_ms"] > 0 and l["backward_ms"] > 0 for l in alone), layers
        # the max pooling runs within the batch norm before it
        assert [(l["name"], l["runs_with"]) for l in layers if l not in alone] == [("MaxPool2d", "bn1")]
        assert got["optimizer_ms"] > 0 and abs(sum(l["optimizer_floor_ms"] for l in layers) - step["optimizer"]["ms"]) < 1e-9
        assert sum(l["forward_ms"] + l["backward_ms"] for l in alone) < 100 * got["train_step_ms"]
        frozen = home.json("bench", "--model", "resnet18", "--batch", "2", "--rounds", "1", "--frozen")["step_floor"]
        assert frozen["products"]["flop"] == 2 * 2 * (sum(macs) + macs[-1]) and frozen["transposes"]["bytes"] == 0
        assert frozen["norms"]["bytes"] == 2 * 20 * elements and frozen["optimizer"]["bytes"] == 24 * 5130
        alone = home.json("bench", "--model", "resnet18", "--batch", "1", "--rounds", "1", "--inference")
        assert alone["train_step_ms"] is None and alone["step_floor_ms"] is None and alone["infer_step_ms"] > 0
        text = home.run("bench", "--batch", "4", "--rounds", "1", "--layers", "--threads", "1")
        assert "and back" not in text
        assert "classifier.3" in text and "GFLOPS" in text
        small = home.json("bench", "--batch", "2", "--rounds", "1", "--inference", "--layers")
        alone = [l for l in small["layers"] if l["runs_with"] is None]
        assert all(l["forward_ms"] > 0 and l["backward_ms"] == 0 and l["step_floor_ms"] is None for l in alone)
        assert small["optimizer_ms"] is None
        # squeeze and excitation runs as one, under the name of its first layer
        names = {l["name"] for l in alone}
        others = [l for l in small["layers"] if l["runs_with"] is not None]
        assert all(l["forward_ms"] is None and l["backward_ms"] is None and l["runs_with"] in names for l in others)
        # each batch norm is folded into the convolution listed before it
        before = {after["name"]: l["name"] for l, after in zip(small["layers"], small["layers"][1:])}
        norms = [l for l in others if l["kind"] == "BatchNorm2d"]
        assert len(norms) == 34 == sum(l["kind"] == "BatchNorm2d" for l in small["layers"])
        assert all(l["runs_with"] == before[l["name"]] for l in norms)
        others = [l for l in others if l not in norms]
        assert len(others) == 2 * 9 and all(l["runs_with"].endswith(".fc1") for l in others)
        assert [l["name"] for l in others][:2] == ["AdaptiveAvgPool2d", "features.1.block.1.fc2"]


@test
def what_a_benchmark_refuses():
    with Home() as home:
        home.refused("bench", "--model", "resnet19", says="resnet19")
        home.refused("bench", "--batch", "1", says="--inference")
        home.refused("bench", "--size", "31", says="32")
        for wrong in (["--batch", "0"], ["--rounds", "0"], ["--threads", "-1"], ["--inference", "--frozen"], ["resnet18"]):
            home.run("bench", *wrong, status=2)


main()
