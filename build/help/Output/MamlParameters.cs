using System.Globalization;
using System.Xml.Linq;
using MailBackup.Help.Cmdlets;
using MailBackup.Help.Markdown;
using MailBackup.Help.Pages;
using static MailBackup.Help.Output.MamlNames;

namespace MailBackup.Help.Output;

/// <summary>The syntax and the parameters of a cmdlet: shapes by reflection, text from the page.</summary>
internal static class MamlParameters
{
    private static readonly Dictionary<string, string> CommonTexts = new(StringComparer.Ordinal)
    {
        ["WhatIf"] = "Shows what would be done. Nothing is changed.",
        ["Confirm"] = "Asks before each change.",
    };

    public static XElement Syntax(CmdletShape shape) => new(
        Command + "syntax",
        shape.Sets.Select(set => new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", shape.Name),
            shape.In(set).Select(p => Parameter(p.Parameter, [p.Use], null)))));

    public static XElement All(CmdletPage page, CmdletShape shape) => new(
        Command + "parameters",
        shape.Parameters.OrderBy(p => p.Described ? 0 : 1).ThenBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => Parameter(p, p.Uses, page.Parameters.Find(t => t.Name == p.Name))));

    /// <param name="shape">The parameter.</param>
    /// <param name="uses">One set in syntax; in the list, all of them: mandatory is then what is so everywhere.</param>
    /// <param name="text">Null in syntax.</param>
    private static XElement Parameter(ParameterShape shape, IReadOnlyList<ParameterUse> uses, ParameterText? text) => new(
        Command + "parameter",
        new XAttribute("required", uses.All(u => u.Mandatory)),
        new XAttribute("variableLength", shape.Type.EndsWith("[]", StringComparison.Ordinal)),
        new XAttribute("globbing", shape.Wildcards),
        new XAttribute("pipelineInput", PipelineInput(uses)),
        new XAttribute("position", uses[0].Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
        new XAttribute("aliases", shape.Aliases.Count > 0 ? string.Join(", ", shape.Aliases) : "none"),
        new XElement(Maml + "name", shape.Name),
        new XElement(Maml + "description", Description(shape, text)),
        shape.IsSwitch ? null : new XElement(Command + "parameterValue", new XAttribute("required", true), shape.Type),
        new XElement(Dev + "type", new XElement(Maml + "name", shape.Type)),
        new XElement(Dev + "defaultValue", shape.IsSwitch ? "False" : text?.Default ?? "None"));

    private static IEnumerable<XElement> Description(ParameterShape shape, ParameterText? text) =>
        MamlText.Paragraphs(text?.Text ?? (CommonTexts.TryGetValue(shape.Name, out string? common) ? [new Block(BlockKind.Paragraph, 0, common)] : []));

    private static string PipelineInput(IReadOnlyList<ParameterUse> uses) => (uses.Any(u => u.ByValue), uses.Any(u => u.ByPropertyName)) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };
}
