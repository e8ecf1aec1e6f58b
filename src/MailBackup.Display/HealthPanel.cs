using System.Globalization;
using MailBackup.Health;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MailBackup.Display;

/// <summary>What is well and what is not: first what needs somebody, then in one line what does not.</summary>
internal static class HealthPanel
{
    public static IRenderable Build(StatusSnapshot status)
    {
        if (status.Health is not { } health)
        {
            return status.HealthError is { } error
                ? StatusStyle.Line(("✗ ", StatusStyle.Bad), (status.Words(error), StatusStyle.Plain)) : StatusStyle.Line(("looking …", StatusStyle.Faint));
        }

        var rows = new List<IRenderable>();
        foreach (var check in health.Checks.Where(c => c.Status != HealthStatus.Ok).OrderByDescending(c => c.Status))
        {
            var (sign, style) = StatusStyle.Of(check.Status);
            var grid = StatusView.Table(2, noWrap: false);
            grid.AddRow(StatusStyle.Line((sign, style)), StatusStyle.Line((status.Words(check.Message), StatusStyle.Plain)));
            rows.Add(grid);
        }

        string well = string.Join(", ", health.Checks.Where(c => c.Status == HealthStatus.Ok).Select(c => c.Name));
        if (well.Length > 0)
        {
            rows.Add(StatusStyle.Line(("✓ ", StatusStyle.Good), (well, StatusStyle.Plain)));
        }

        rows.Add(StatusStyle.Line(
            (Quantity.Count(health.Accounts, "account", "accounts"), StatusStyle.Plain), (", ", StatusStyle.Faint), (Quantity.Count(health.Items, "item", "items"), StatusStyle.Plain),
            (", ", StatusStyle.Faint), (Quantity.Size(health.StoredBytes), StatusStyle.Plain), (" stored, ", StatusStyle.Faint), (Quantity.Size(health.FreeBytes), StatusStyle.Plain),
            (" free", StatusStyle.Faint)));
        rows.Add(StatusStyle.Line(
            ("could be lost ", StatusStyle.Faint),
            (health.RpoSeconds is { } rpo ? $"the last {(rpo < 60 ? Quantity.Time(rpo) : StatusStyle.Span(TimeSpan.FromSeconds(rpo)))}" : "everything", health.RpoSeconds is null ? StatusStyle.Bad : StatusStyle.Plain),
            (health.DaysUntilFull is { } days ? $"   full in {days.ToString("N0", CultureInfo.InvariantCulture)} days" : "", StatusStyle.Faint)));
        return new Rows(rows);
    }
}
