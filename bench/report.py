"""From measurements to lines: a table for the terminal and a plot of bars. Reads only the results."""
import html

ROW_PX, LABEL_PX, BARS_PX, TEXT_PX, MARGIN_PX = 24, 330, 300, 250, 12
SHARE_MAX = 3.0  # A bar ends here, whatever more there is.


def line(name: str, value, needed, at_least: bool, unit: str, n, load, low=None, high=None, beside: str = "") -> dict:
    met = None if value is None else (value >= needed if at_least else value <= needed)
    return {"name": name, "value": value, "low": low, "high": high, "unit": unit, "needed": needed,
            "at_least": at_least, "met": met, "n": n, "load_average": load, "beside": beside}


def of_ratio(name: str, wall: dict, needed: float, at_least: bool, load, cpu: dict | None = None) -> dict:
    beside = f"{cpu['ratio']} x by processor time" if cpu else ""
    return line(name, wall["ratio"], needed, at_least, "x", wall["n"], load, wall["low"], wall["high"], beside)


def path_lines(path: dict) -> list[dict]:
    lines = []
    for cores in (1, 2):
        one = path[f"{cores} cores"]
        for variant in ("full frame", "our scale"):
            other = one.get(f"opencv {variant}")
            if other:
                lines.append(of_ratio(f"whole path against OpenCV, {variant}, {cores} cores",
                                      other["times_ours"]["wall"], 5.0, True, path["load_average"],
                                      other["times_ours"]["cpu"]))
        for clock in ("cpu", "wall"):
            lines.append(of_ratio(f"whole path over its decoding, {clock} time, {cores} cores",
                                  one["times_its_decoding"][clock], 1.5, False, path["load_average"]))
    return lines


def camera_lines(cameras: dict) -> list[dict]:
    lines = []
    for one in cameras["runs"]:
        name = f"{one['cameras']} cameras" + (", every crowd at once" if one["in_step"] and one["cameras"] > 1 else "")
        beside = (f"{one['listed_missed']} of {one['usable_listed']} listed missed, {one['frames_dropped']} of "
                  f"{one['frames']} frames dropped, {one['cores_busy']} cores busy")
        lines.append(line(f"usable tracks missed, {name}", one["usable_tracks_missed"], 0, False, "",
                          one["usable_tracks"], one["load_average"], beside=beside))
        late = one["latency_ms"]
        lines.append(line(f"capture to alert p99, {name}", late["p99"], 250.0, False, "ms", late["n"],
                          one["load_average"], beside=f"p50 {late['p50']}, p95 {late['p95']} ms"))
    return lines


def search_lines(search: dict) -> list[dict]:
    return [line(f"search at a million, {count} probe(s), against FAISS", one["ratio"], one["target"], True, "x",
                 search["proviso_times"][count]["n"], search["load_average"], beside=f"FAISS {one['against']}")
            for count, one in search["ratios"].items()]


def log_lines(log: dict) -> list[dict]:
    check = log["check"]
    lines = [line(f"check of {check['leaves']} leaves, hashes and signature", check["hashes_and_signature_cpu_s"],
                  check["line_s"], False, "s", 1, log["load_average"],
                  beside=f"with the leaves' schema {check['with_schema_cpu_s']} s")]
    for callers, rates in log["appends_per_s"].items():
        if rates["tessera"]:
            ours, other = (sorted(rates[who])[len(rates[who]) // 2] for who in ("ours", "tessera"))
            lines.append(line(f"durable appends against Tessera, {callers} callers", round(ours / other, 2), 1.0, True,
                              "x", len(rates["ours"]), log["load_average"], beside=f"{ours} and {other} a second"))
    return lines


def list_lines(lists: dict) -> list[dict]:
    lines = []
    for photographs in lists["import"]:
        for one in photographs["ours"]:
            theirs, of = photographs["opencv"], f"{photographs['size']}, {one['pack']}"
            lines += [line(f"import of {photographs['entries']} requests against OpenCV's two networks, {of}", one["ratio"],
                           4.0, True, "x", [photographs["entries"], theirs["images"]], one["load_average"],
                           beside=f"{one['images_per_s']} and {theirs['images_per_s']} images a second"),
                      line(f"photographs that only one of them accepts, {of}",
                           round(one["accepted_by_one_only_share"] * 100, 2), 1.0, False, "%", theirs["images"],
                           one["load_average"])]
    for load in lists["loading"]:
        seconds = sorted(load["seconds"])
        lines.append(line(f"sealed list of {load['entries']}, file to search", round(seconds[len(seconds) // 2], 2),
                          load["line_s"], False, "s", len(seconds), load["load_average"], seconds[0], seconds[-1]))
    return lines


def lines_of(measured: dict) -> list[dict]:
    lines = []
    if "path" in measured or "decode" in measured:
        lines += path_lines(measured.get("path") or measured["decode"])
    if "times_ours" in measured.get("dlib", {}):
        one = measured["dlib"]
        lines.append(of_ratio("whole path against dlib, 1 core", one["times_ours"]["wall"], 5.0, True,
                              one["load_average"], one["times_ours"]["cpu"]))
    if "search" in measured:
        lines += search_lines(measured["search"])
    if "cameras" in measured:
        lines += camera_lines(measured["cameras"])
    if "log" in measured:
        lines += log_lines(measured["log"])
    if "lists" in measured:
        lines += list_lines(measured["lists"])
    if "start" in measured:
        one = measured["start"]
        lines.append(line("start to the end of one frame", one["wall_s"]["median"], 2.0, False, "s",
                          one["wall_s"]["n"], one["load_average"], one["wall_s"]["min"], one["wall_s"]["max"]))
    if "steps" in measured:
        lines.append(gate_line(measured["steps"]))
    return lines


def gate_line(steps: dict) -> dict:
    share = max(steps[f"{lanes} lanes"]["gate"]["share_of_path"] for lanes in (1, 2))
    one = steps["1 lanes"]["gate"]
    beside = f"admit {one['admit_us']} us, confirm {one['confirm_us']} us, look {one['look_us']} us"
    return line("gate and its watch, share of the path", round(share * 100, 4), 0.5, False, "%", one["calls"],
                steps["load_average"], beside=beside)


def value_text(one: dict) -> str:
    if one["value"] is None:
        return "none"
    interval = f" ({one['low']} to {one['high']})" if one["low"] is not None else ""
    return f"{one['value']} {one['unit']}".strip() + interval


def needed_text(one: dict) -> str:
    return f"{'at least' if one['at_least'] else 'at most'} {one['needed']} {one['unit']}".strip()


def table(lines: list[dict]) -> str:
    rows = [("line", "measured (95 %)", "needed", "met", "n", "load", "beside")]
    for one in lines:
        met = {None: "-", True: "yes", False: "NO"}[one["met"]]
        rows.append((one["name"], value_text(one), needed_text(one), met, str(one["n"]),
                     "-".join(map(str, one["load_average"])), one["beside"]))
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def steps_table(steps: dict) -> str:
    text = [steps["what"] + f"; load {steps['load_average']}"]
    names = list(steps["1 lanes"]["cpu_ms_a_second_of_video"])
    for name in names:
        values = "  ".join(f"{steps[f'{lanes} lanes']['cpu_ms_a_second_of_video'][name]['median']:9.3f}"
                           for lanes in (1, 2))
        text.append(f"  {name:20}{values}")
    for lanes in (1, 2):
        one = steps[f"{lanes} lanes"]
        text.append(f"  {lanes} lanes: {one['whole_cpu_ms_a_second']} in all, {one['ms_a_sweep']} a sweep, "
                    f"{one['ms_an_embedding']} an embedding; gate {one['gate']['share_of_path']:.6%} of it")
    return "\n".join(text)


def share_of_line(one: dict) -> float:
    """1 where a line is just met, more where it is better than met."""
    if not one["needed"]:
        return SHARE_MAX if one["met"] else 0.0
    return one["value"] / one["needed"] if one["at_least"] else one["needed"] / max(one["value"], 1e-9)


def plot(lines: list[dict], caption: str) -> str:
    shown = [one for one in lines if one["value"] is not None]
    width, height = LABEL_PX + BARS_PX + TEXT_PX + 2 * MARGIN_PX, (len(shown) + 2) * ROW_PX + 2 * MARGIN_PX
    at_line = LABEL_PX + BARS_PX / SHARE_MAX
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{MARGIN_PX}" y="{MARGIN_PX + 12}">{html.escape(caption)}</text>']
    for row, one in enumerate(shown, 1):
        y = MARGIN_PX + row * ROW_PX
        length = min(share_of_line(one), SHARE_MAX) / SHARE_MAX * BARS_PX
        colour = "#2a7f62" if one["met"] else "#b3541e"
        parts.append(f'<text x="{LABEL_PX - 6}" y="{y + 14}" text-anchor="end">{html.escape(one["name"])}</text>'
                     f'<rect x="{LABEL_PX}" y="{y + 3}" width="{length:.1f}" height="{ROW_PX - 8}" fill="{colour}"/>'
                     f'<text x="{LABEL_PX + BARS_PX + 6}" y="{y + 14}">'
                     f'{html.escape(value_text(one))}; {html.escape(needed_text(one))}</text>')
    bottom = MARGIN_PX + (len(shown) + 1) * ROW_PX
    parts.append(f'<line x1="{at_line:.1f}" x2="{at_line:.1f}" y1="{MARGIN_PX + ROW_PX}" y2="{bottom}" '
                 'stroke="black" stroke-dasharray="3 3"/>'
                 f'<text x="{at_line:.1f}" y="{bottom + 14}" text-anchor="middle">the line; longer is better</text>'
                 '</svg>')
    return "\n".join(parts) + "\n"
