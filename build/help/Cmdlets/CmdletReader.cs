using System.Reflection;
using System.Runtime.Loader;

namespace MailBackup.Help.Cmdlets;

/// <summary>
/// Reads the shapes of cmdlets from their assembly. Attributes are read as data: those of the PowerShell that is compiled against
/// forget what they are constructed with.
/// </summary>
internal static class CmdletReader
{
    private const string ConfirmText = "Confirm";
    private const string WhatIfText = "WhatIf";

    public static List<CmdletShape> Read(string assembly)
    {
        string path = Path.GetFullPath(assembly);
        var context = new AssemblyLoadContext("cmdlets");
        var resolver = new AssemblyDependencyResolver(path);
        context.Resolving += (c, name) => resolver.ResolveAssemblyToPath(name) is { } file ? c.LoadFromAssemblyPath(file) : null;
        return [.. context.LoadFromAssemblyPath(path).GetExportedTypes()
            .Select(t => (Type: t, Cmdlet: Find(t, "CmdletAttribute")))
            .Where(t => t.Cmdlet is not null && !t.Type.IsAbstract)
            .Select(t => ReadCmdlet(t.Type, t.Cmdlet!))
            .OrderBy(c => c.Name, StringComparer.Ordinal)];
    }

    private static CmdletShape ReadCmdlet(Type type, CustomAttributeData cmdlet)
    {
        string name = $"{cmdlet.ConstructorArguments[0].Value}-{cmdlet.ConstructorArguments[1].Value}";
        var parameters = new List<ParameterShape>();
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            var properties = t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
            parameters.AddRange(properties.Select(ReadParameter).OfType<ParameterShape>());
        }

        if (Named<bool>(cmdlet, "SupportsShouldProcess"))
        {
            parameters.Add(Common(WhatIfText, "wi"));
            parameters.Add(Common(ConfirmText, "cf"));
        }

        return new CmdletShape(name, Named<string>(cmdlet, "DefaultParameterSetName"), parameters);
    }

    private static ParameterShape? ReadParameter(PropertyInfo property)
    {
        var uses = property.GetCustomAttributesData().Where(a => a.AttributeType.Name == "ParameterAttribute").Select(ReadUse).ToList();
        return uses.Count == 0 ? null : new ParameterShape(property.Name, TypeName(property.PropertyType), uses)
        {
            Aliases = Find(property, "AliasAttribute") is { } alias
                ? [.. ((IEnumerable<CustomAttributeTypedArgument>)alias.ConstructorArguments[0].Value!).Select(a => (string)a.Value!)]
                : [],
            Wildcards = Find(property, "SupportsWildcardsAttribute") is not null,
        };
    }

    private static ParameterUse ReadUse(CustomAttributeData attribute) => new(
        Named<string>(attribute, "ParameterSetName") ?? ParameterUse.AllSets,
        Named<bool>(attribute, "Mandatory"),
        Named<int?>(attribute, "Position"),
        Named<bool>(attribute, "ValueFromPipeline"),
        Named<bool>(attribute, "ValueFromPipelineByPropertyName"));

    private static ParameterShape Common(string name, string alias) =>
        new(name, ParameterShape.Switch, [new ParameterUse(ParameterUse.AllSets, false, null, false, false)])
        {
            Aliases = [alias],
            Described = false,
        };

    /// <summary>As PowerShell names it: its own words for the types that have one, no <c>Nullable</c>.</summary>
    private static string TypeName(Type type)
    {
        if (type.IsArray)
        {
            return TypeName(type.GetElementType()!) + "[]";
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => "string",
            TypeCode.Int32 when !type.IsEnum => "int",
            TypeCode.Int64 when !type.IsEnum => "long",
            TypeCode.Double => "double",
            TypeCode.Boolean => "bool",
            _ => type.Name,
        };
    }

    private static CustomAttributeData? Find(MemberInfo member, string attribute) =>
        member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == attribute);

    private static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name) is { MemberInfo: not null } argument ? (T?)argument.TypedValue.Value : default;
}
